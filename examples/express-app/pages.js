// Plain server-rendered HTML. Everything that is not written here is escaped.

export function homePage(account) {
  return layout({
    title: 'Contoso Tasks',
    account,
    body: html`
      ${account === undefined ? welcome() : greeting(account)}
      <ul class="cards">
        ${features.map(
          ({ href, title, text }) => html`
            <li class="card">
              <h2><a href="${href}">${title}</a></h2>
              <p>${text}</p>
            </li>
          `,
        )}
      </ul>
    `,
  })
}

function welcome() {
  return html`
    <section class="hero">
      <h1>Your tasks and your mail, with one sign-in</h1>
      <p class="lead">
        Sign in with your work account. The app asks for each permission only when a page needs it.
      </p>
      <a class="button primary" href="/auth/login">Sign in</a>
    </section>
  `
}

function greeting({ name, username }) {
  return html`
    <h1>Hello, ${name ?? username ?? 'there'}</h1>
    <p class="lead">You are signed in. Every page below uses that one sign-in.</p>
  `
}

const features = [
  {
    href: '/profile',
    title: 'Profile',
    text: 'What your ID token and Microsoft Graph say about you.',
  },
  {
    href: '/inbox',
    title: 'Inbox',
    text: 'Your newest mail. The app asks for that permission when you first open it.',
  },
  {
    href: '/tasks',
    title: 'Tasks',
    text: 'An API that this app calls as you, and that calls Graph on your behalf.',
  },
]

export function profilePage(account, me) {
  const facts = [
    ['Name in Microsoft Graph', me.displayName],
    ['User name', account.username],
    ['E-mail', me.mail ?? 'none; not every account has one'],
    ['Tenant', account.tenantId],
    ['Object ID', account.objectId],
  ]
  return layout({
    title: 'Profile',
    current: '/profile',
    account,
    body: html`
      <h1>Profile</h1>
      ${table('You', facts)}
      <h2>Claims of your ID token</h2>
      ${table('Claims of your ID token', Object.entries(account.claims))}
    `,
  })
}

function table(label, rows) {
  return html`
    <table aria-label="${label}">
      ${rows.map(
        ([name, value]) => html`
          <tr>
            <th scope="row">${name}</th>
            <td>${typeof value === 'object' ? JSON.stringify(value) : value}</td>
          </tr>
        `,
      )}
    </table>
  `
}

export function inboxPage(account, messages) {
  const list = messages.map(
    ({ subject, from, receivedDateTime, bodyPreview }) => html`
      <li>
        <div class="line">
          <strong>${subject}</strong>
          <time datetime="${receivedDateTime}">${receivedDateTime.slice(0, 10)}</time>
        </div>
        <p class="muted">${from?.emailAddress?.name ?? from?.emailAddress?.address}</p>
        <p>${bodyPreview}</p>
      </li>
    `,
  )
  return layout({
    title: 'Inbox',
    current: '/inbox',
    account,
    body: html`
      <h1>Inbox</h1>
      ${
        messages.length === 0
          ? html`<p class="panel">There is no mail in your mailbox.</p>`
          : html`<ul class="list">
              ${list}
            </ul>`
      }
    `,
  })
}

export function tasksPage(account, { owner, tasks, report }) {
  return layout({
    title: 'Tasks',
    current: '/tasks',
    account,
    body: html`
      <h1>Tasks of ${owner}</h1>
      <p class="lead">${report.open} open, ${report.done} done</p>
      <ul class="list">
        ${tasks.map(
          ({ title, due, done }) => html`
            <li class="line ${done ? 'done' : ''}">
              <strong>${title}</strong>
              <span class="muted">${done ? 'done' : `due ${due}`}</span>
            </li>
          `,
        )}
      </ul>
      <h2>How they came here</h2>
      <ol class="way">
        <li>This app called <code>/api/tasks</code> with a token of yours for the tasks API.</li>
        <li>The API checked the token: it is for this API, and holds <code>Tasks.Read</code>.</li>
        <li>It exchanged the token for one for Microsoft Graph, and asked Graph for your name.</li>
      </ol>
    `,
  })
}

/** Also draws what the library has to say: refusals, questions, errors. */
export function noticePage(page) {
  const { title, text, action, alternative, correlationId, code } = page
  return layout({
    title,
    body: html`
      <section class="notice">
        <h1>${title}</h1>
        ${text.map((paragraph) => html`<p>${paragraph}</p>`)}
        <div class="actions">
          ${action?.kind === 'form' && form(action)}
          ${action?.kind === 'link' && link(action, 'button primary')}
          ${alternative !== undefined && link(alternative, 'button')}
          <a class="button" href="/">Start page</a>
        </div>
        ${code !== undefined && html`<p class="small">Code: ${code}</p>`}
        ${correlationId !== undefined && html`<p class="small">Correlation ID: ${correlationId}</p>`}
      </section>
    `,
  })
}

function link({ href, label, newTab }, style) {
  const target = newTab && html`target="_blank" rel="noopener"`
  return html`<a class="${style}" href="${href}" ${target}>${label}</a>`
}

function form({ to, label, fields }) {
  return html`
    <form method="post" action="${to}">
      ${Object.entries(fields).map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
      )}
      <button class="button primary">${label}</button>
    </form>
  `
}

function layout({ title, body, account = undefined, current = '' }) {
  return String(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title}</title>
          <link rel="icon" href="/icon.svg" />
          <link rel="stylesheet" href="/style.css" />
        </head>
        <body>
          <header>
            <a class="brand" href="/"><img src="/icon.svg" alt="" /> Contoso Tasks</a>
            ${account !== undefined && navigation(account, current)}
          </header>
          <main>${body}</main>
        </body>
      </html>`,
  )
}

function navigation(account, current) {
  return html`
    <nav aria-label="Main">
      ${features.map(({ href, title }) => {
        const here = href === current && html`aria-current="page"`
        return html`<a href="${href}" ${here}>${title}</a>`
      })}
    </nav>
    <form class="account" method="post" action="/auth/logout">
      <span class="muted">${account.username ?? account.name}</span>
      <button class="button">Sign out</button>
    </form>
  `
}

/** Markup that is safe already. */
class Html extends String {}

function html(parts, ...values) {
  return new Html(parts.reduce((text, part, index) => text + markupOf(values[index - 1]) + part))
}

function markupOf(value) {
  if (value instanceof Html) return String(value)
  if (Array.isArray(value)) return value.map(markupOf).join('')
  if (value === undefined || value === null || value === false) return ''
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
