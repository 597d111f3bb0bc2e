/** What adapters to frameworks over `node:http` share. */
export { nodeHost } from '../../host/node.js'
export { addHeaders } from './add-headers.js'
export { formOf } from './form.js'
export { headerOf, rawValuesOf } from './raw-header.js'
export { upgradeViewOf } from './upgrade-view.js'
