// Next wants one where there is an app folder.
export default ({ children }) => children
