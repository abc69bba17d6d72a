export { type RegisterReply, type RegisterRequest, registers } from './contract.js'
export { coordinator } from './coordinator.js'
export { type RegisterLimits, type RegisterOptions, register } from './register.js'
export { replica } from './replica.js'
