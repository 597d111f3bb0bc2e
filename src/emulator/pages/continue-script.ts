// A window's load event waits for its frames, so it is the moment when every application has
// answered. One that does not answer holds the user up for two seconds, no longer.
export const continueScript = `
const leave = () => location.replace(document.getElementById('continue').href)
addEventListener('load', leave)
setTimeout(leave, 2000)
`
