export { type ClientOf, type LocalCluster, localCluster } from './localCluster.js'
