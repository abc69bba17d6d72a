export { NotDeterministicError } from './determinism.js'
export { type ClientOf, type LocalCluster, type LocalClusterOptions, localCluster } from './localCluster.js'
