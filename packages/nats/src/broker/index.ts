export { type Broker, BrokerListenError, type BrokerOptions, startBroker } from './broker.js'
export {
  findNatsServer,
  type NatsServer,
  NatsServerError,
  type NatsServerOptions,
  startNatsServer,
} from './natsServer.js'
