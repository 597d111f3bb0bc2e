import { controlStyle } from './control-style.js'

const commonStyle = `
:root {
  color-scheme: light dark;
  --ground: #eef1f4;
  --card: #ffffff;
  --ink: #17212b;
  --quiet: #55626f;
  --line: #d5dce3;
  --edge: #82909d;
  --tint: #f3f7f8;
  --accent: #0b6470;
  --accent-strong: #084b54;
  --on-accent: #ffffff;
  --notice: #fff3d1;
  --notice-ink: #513c00;
  --notice-line: #ecd69a;
  --trouble: #a4262c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10161c;
    --card: #19222b;
    --ink: #e8eef3;
    --quiet: #a3b1be;
    --line: #33414e;
    --edge: #738495;
    --tint: #212d38;
    --accent: #77d3df;
    --accent-strong: #a3e4ec;
    --on-accent: #06252a;
    --notice: #35290b;
    --notice-ink: #f6e0a4;
    --notice-line: #56451a;
    --trouble: #ff9d9f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
.banner {
  padding: 0.5rem 1rem;
  background: var(--notice);
  color: var(--notice-ink);
  border-bottom: 1px solid var(--notice-line);
  font-size: 0.875rem;
  text-align: center;
}
.banner p { margin: 0; text-wrap: balance; }
.card {
  width: min(28rem, 100% - 2rem);
  margin: auto;
  padding: 2rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.875rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 12px 32px rgb(0 0 0 / 8%);
}
h1 { margin: 0 0 0.5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 600; text-wrap: balance; }
h2 { margin: 1.5rem 0 0.5rem; font-size: 0.875rem; font-weight: 600; color: var(--quiet); }
p { margin: 0 0 1rem; }
form { margin: 0; }
a { color: var(--accent); text-underline-offset: 0.2em; }
strong { font-weight: 600; }
.place { margin: 0 0 1rem; color: var(--quiet); font-size: 0.875rem; }
.quiet { color: var(--quiet); font-size: 0.875rem; }
.card > :last-child, form > :last-child { margin-bottom: 0; }
button, summary, a, input { -webkit-tap-highlight-color: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 0.375rem; }
button { font: inherit; color: inherit; cursor: pointer; }
.list {
  list-style: none;
  margin: 0 0 1.25rem;
  padding: 0;
  border: 1px solid var(--line);
  border-radius: 0.625rem;
}
.list > li + li { border-top: 1px solid var(--line); }
.account {
  display: grid;
  grid-template-columns: 2.5rem 1fr;
  align-items: center;
  column-gap: 0.875rem;
  width: 100%;
  padding: 0.75rem 1rem;
  border: 0;
  background: none;
  text-align: start;
}
li:first-child > .account { border-start-start-radius: 0.5625rem; border-start-end-radius: 0.5625rem; }
li:last-child > .account { border-end-start-radius: 0.5625rem; border-end-end-radius: 0.5625rem; }
.account:hover { background: var(--tint); }
.account:focus-visible { outline-offset: -3px; }
.initials {
  display: grid;
  place-items: center;
  width: 2.5rem;
  height: 2.5rem;
  border-radius: 50%;
  border: 1px solid var(--line);
  background: var(--tint);
  color: var(--accent);
  font-size: 0.875rem;
  font-weight: 600;
}
.who { min-width: 0; }
.name { display: block; font-weight: 600; overflow-wrap: anywhere; }
.address { display: block; color: var(--quiet); font-size: 0.875rem; overflow-wrap: anywhere; }
.note {
  display: inline-block;
  margin-top: 0.125rem;
  padding: 0 0.5rem;
  border: 1px solid var(--line);
  border-radius: 1rem;
  color: var(--quiet);
  font-size: 0.75rem;
}
.asked summary { display: block; padding: 0.625rem 2.5rem 0.625rem 1rem; cursor: pointer; position: relative; list-style: none; }
.asked summary::-webkit-details-marker { display: none; }
.asked summary::after {
  content: "";
  position: absolute;
  inset-inline-end: 1.125rem;
  top: 50%;
  width: 0.5rem;
  height: 0.5rem;
  border: solid var(--quiet);
  border-width: 0 2px 2px 0;
  transform: translateY(-70%) rotate(45deg);
}
.asked details[open] summary::after { transform: translateY(-30%) rotate(225deg); }
.asked summary:focus-visible { outline-offset: -3px; }
.asked summary:hover { background: var(--tint); border-radius: 0.5625rem; }
.asked .detail { margin: 0; padding: 0 1rem 0.75rem; color: var(--quiet); font-size: 0.875rem; }
.choice {
  display: grid;
  grid-template-columns: 1.25rem 1fr;
  gap: 0.125rem 0.75rem;
  margin: 0 0 1.25rem;
  padding: 0.75rem 1rem;
  border: 1px solid var(--line);
  border-radius: 0.625rem;
  background: var(--tint);
}
.choice input { width: 1.125rem; height: 1.125rem; margin: 0.1875rem 0 0; accent-color: var(--accent); }
.choice .quiet { grid-column: 2; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 0; }
.action {
  min-width: 7rem;
  min-height: 2.75rem;
  padding: 0.5rem 1.25rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--card);
  font-weight: 600;
}
.action:hover { background: var(--tint); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
.trouble { border-inline-start: 4px solid var(--trouble); padding-inline-start: 0.875rem; overflow-wrap: anywhere; white-space: pre-line; }
.trace { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0 0 1.25rem; font-size: 0.75rem; }
.trace dt { color: var(--quiet); }
.trace dd { margin: 0; font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; overflow-wrap: anywhere; user-select: all; }
@media (max-width: 30rem) {
  .card { width: 100%; margin: 0; padding: 1.5rem 1rem; border-width: 0 0 1px; border-radius: 0; box-shadow: none; }
  .action { flex: 1; }
  .trace { grid-template-columns: 1fr; gap: 0; }
  .trace dd { margin-bottom: 0.5rem; }
}
`

/** The one style sheet of all pages, inline so that a page needs no second request. */
export const styleSheet = commonStyle + controlStyle
