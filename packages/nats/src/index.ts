export {
  BusClosedError,
  BusComplaintError,
  BusForbiddenError,
  BusUnauthorizedError,
  BusUnreachableError,
  InvalidBusUrlError,
} from './errors.js'
export { type NatsOptions, nats } from './nats.js'
