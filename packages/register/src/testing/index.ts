export { readsAndWrites } from './readsAndWrites.js'
