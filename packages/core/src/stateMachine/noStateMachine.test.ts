import { describe, expect, it } from 'vitest'
import { noBytes } from '../values/pieces.js'
import { decodeAppliedState, encodeAppliedState } from './appliedSnapshot.js'
import { initialAppliedState } from './appliedState.js'
import { noStateMachine } from './noStateMachine.js'

describe('noStateMachine', () => {
  it('holds nothing, also after a snapshot', () => {
    const appliedState = initialAppliedState(noStateMachine)
    expect(decodeAppliedState(noStateMachine, encodeAppliedState(noStateMachine, appliedState))).toEqual(appliedState)
  })

  it('says to whoever proposes or queries that it is of no use', () => {
    expect(() => noStateMachine.apply(undefined, noBytes, { index: 1 })).toThrow('orders no log')
    expect(() => noStateMachine.query(undefined, noBytes)).toThrow('orders no log')
  })
})
