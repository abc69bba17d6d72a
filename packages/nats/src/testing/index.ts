export {
  findNatsServer,
  type NatsServer,
  NatsServerError,
  type NatsServerOptions,
  startNatsServer,
} from '../broker/natsServer.js'
export { describeNatsServer } from './describeNatsServer.js'
