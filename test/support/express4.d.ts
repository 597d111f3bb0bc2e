// The alias under which Express 4 is installed beside Express 5; the tests use what both share.
declare module 'express4' {
  export { default } from 'express'
}
