// Plain server-rendered HTML. Everything that is not written here is escaped.

export function homePage(account) {
  if (account === undefined) {
    return layout({
      title: 'Contoso Tasks',
      account,
      body: html`
        <section class="hero">
          <h1>Your tasks, your mail, one sign-in</h1>
          <p>
            Sign in with your work account. The inbox asks for its own permission when you open it.
          </p>
          <a class="button" href="/auth/login">Sign in</a>
        </section>
      `,
    })
  }
  return layout({
    title: 'Contoso Tasks',
    account,
    body: html`
      <h1>Hello, ${account.name ?? account.username ?? 'there'}</h1>
      <div class="cards">
        <a class="card" href="/profile"
          ><h2>Profile</h2>
          <p>What the ID token and Microsoft Graph say about you.</p></a
        >
        <a class="card" href="/inbox"
          ><h2>Inbox</h2>
          <p>Your mail through Microsoft Graph, after you consent to it.</p></a
        >
        <a class="card" href="/tasks"
          ><h2>Tasks</h2>
          <p>An API that this page calls as you, and that calls Graph on your behalf.</p></a
        >
      </div>
    `,
  })
}

export function profilePage(account, me) {
  const facts = [
    ['Name in Microsoft Graph', me.displayName],
    ['User name', account.username],
    ['E-mail', account.email ?? 'none: not every account has one'],
    ['Tenant', account.tenantId],
    ['Object ID', account.objectId],
  ]
  return layout({
    title: 'Profile',
    account,
    body: html`
      <h1>Profile</h1>
      <dl class="facts">
        ${facts.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      <h2>Claims of your ID token</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Claim</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(account.claims).map(
            ([name, value]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>${String(value)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    `,
  })
}

export function inboxPage(account, messages) {
  return layout({
    title: 'Inbox',
    account,
    body: html`
      <h1>Inbox</h1>
      <ul class="list">
        ${messages.map(
          (message) => html`
            <li>
              <strong>${message.subject}</strong>
              <span class="muted"
                >${message.from?.emailAddress?.name ?? message.from?.emailAddress?.address}</span
              >
              <p>${message.bodyPreview}</p>
            </li>
          `,
        )}
      </ul>
    `,
  })
}

export function tasksPage(account, { owner, tasks }) {
  return layout({
    title: 'Tasks',
    account,
    body: html`
      <h1>Tasks of ${owner}</h1>
      <p class="muted">The API found the name itself: it asked Microsoft Graph on your behalf.</p>
      <ul class="list">
        ${tasks.map(
          (task) => html`
            <li>
              <strong>${task.title}</strong>
              <span class="muted">${task.done ? 'done' : `due ${task.due}`}</span>
            </li>
          `,
        )}
      </ul>
    `,
  })
}

function layout({ title, account, body }) {
  return `<!doctype html>${html`
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <a class="brand" href="/">Contoso Tasks</a>
          ${account === undefined ? '' : navigation(account)}
        </header>
        <main>${body}</main>
      </body>
    </html>
  `}`
}

function navigation(account) {
  return html`
    <nav aria-label="Main">
      <a href="/profile">Profile</a>
      <a href="/inbox">Inbox</a>
      <a href="/tasks">Tasks</a>
    </nav>
    <form class="account" method="post" action="/auth/logout">
      <span class="muted">${account.username ?? account.name ?? ''}</span>
      <button type="submit">Sign out</button>
    </form>
  `
}

/** Markup that is already safe to put into a page. */
class Html extends String {}

function html(strings, ...values) {
  return new Html(strings.reduce((text, part, index) => text + render(values[index - 1]) + part))
}

function render(value) {
  if (value instanceof Html) return value.toString()
  if (Array.isArray(value)) return value.map(render).join('')
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return String(value ?? '').replace(/[&<>"']/g, (character) => entities[character])
}
