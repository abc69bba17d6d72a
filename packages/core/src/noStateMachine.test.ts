import { describe, expect, it } from 'vitest'
import { initialDriver } from './driver.js'
import { decodeDriver, encodeDriver } from './driverSnapshot.js'
import { noStateMachine } from './noStateMachine.js'
import { noBytes } from './sessions.js'

describe('noStateMachine', () => {
  it('holds nothing, also after a snapshot', () => {
    const driver = initialDriver(noStateMachine)
    expect(decodeDriver(noStateMachine, encodeDriver(noStateMachine, driver))).toEqual(driver)
  })

  it('says to whoever proposes or queries that it is of no use', () => {
    expect(() => noStateMachine.apply(undefined, noBytes, { index: 1 })).toThrow('orders no log')
    expect(() => noStateMachine.query(undefined, noBytes)).toThrow('orders no log')
  })
})
