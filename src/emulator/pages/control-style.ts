/** What the control page and the log need beside the common rules. */
export const controlStyle = `
.wide { width: min(72rem, 100% - 2rem); margin-block: 1.5rem auto; }
.wide h2 { margin-top: 2rem; font-size: 1.125rem; color: var(--ink); }
.wide h3 { margin: 0 0 0.25rem; font-size: 0.9375rem; font-weight: 600; }
.wide section > h3 { margin-top: 1rem; }
.wide code { font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; font-size: 0.8125rem; font-weight: 400; color: var(--quiet); overflow-wrap: anywhere; }
.tabs { display: flex; gap: 0.5rem; margin: 0 0 1.5rem; border-bottom: 1px solid var(--line); }
.tabs a { padding: 0.625rem 0.875rem; color: var(--quiet); text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--ink); font-weight: 600; border-bottom-color: var(--accent); }
.done { padding: 0.625rem 1rem; border: 1px solid var(--line); border-inline-start: 4px solid var(--accent); border-radius: 0.375rem; background: var(--tint); }
.plain { margin: 0 0 1rem; padding-inline-start: 1.25rem; }
.plain li { margin: 0.25rem 0; overflow-wrap: anywhere; }
.switches { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); align-items: start; gap: 1rem; }
.switch { display: flex; flex-direction: column; padding: 1rem; border: 1px solid var(--line); border-radius: 0.625rem; }
.switch .quiet { margin-bottom: 0.75rem; }
.switch .action { align-self: flex-start; margin-top: 0.25rem; }
.field { display: grid; grid-template-columns: 6.5rem 1fr; align-items: center; gap: 0.75rem; margin: 0 0 0.625rem; font-size: 0.875rem; }
.field input, .field select { width: 100%; min-width: 0; min-height: 2.25rem; padding: 0.25rem 0.5rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 0.375rem; }
.field ::placeholder { color: var(--quiet); opacity: 1; }
.log { margin-top: 1.25rem; }
.log:empty { display: none; }
.log summary { display: grid; grid-template-columns: max-content minmax(0, 3fr) minmax(0, 2fr) 4rem; gap: 0.25rem 1rem; align-items: baseline; font-size: 0.875rem; }
.log .call, .log .outcome { overflow-wrap: anywhere; }
.log .call { font-weight: 600; }
.log .refused { color: var(--trouble); }
.log time { font-variant-numeric: tabular-nums; color: var(--quiet); }
.log .detail { padding-top: 0.5rem; border-top: 1px solid var(--line); color: var(--ink); }
.log .trace { grid-template-columns: minmax(8rem, 14rem) 1fr; }
@media (max-width: 40rem) {
  .wide { width: 100%; margin: 0; }
  .log summary { grid-template-columns: max-content 1fr; }
  .log .call { grid-row: 1; grid-column: 2; }
  .log .outcome, .log summary .quiet { grid-column: 2; }
  .log .trace { grid-template-columns: 1fr; }
}
`
