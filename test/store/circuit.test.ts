/** When a service that fails may be asked again. */
import { expect, test } from 'vitest'
import { Circuit } from '../../src/store/circuit.ts'

test('the circuit opens at the named number of failures in a row, and not before', () => {
  const circuit = new Circuit({ failures: 3, retry: 1_000 })
  expect([circuit.failed(0), circuit.failed(0), circuit.succeeded(0)]).toEqual([false, false, false])
  expect([circuit.failed(0), circuit.failed(0), circuit.isOpen]).toEqual([false, false, false])
  expect([circuit.failed(0), circuit.isOpen, circuit.failed(0)]).toEqual([true, true, false])
})

test('while it is open one caller in each pause may try', () => {
  const circuit = new Circuit({ retry: 1_000 })
  circuit.failed(500)
  expect([circuit.tryNow(1_499), circuit.tryNow(1_500), circuit.tryNow(1_501)]).toEqual([false, true, false])
  circuit.tried(2_000)
  expect([circuit.tryNow(2_999), circuit.tryNow(3_000)]).toEqual([false, true])
})

test('the pause doubles with each failure within a minute of a recovery, up to its maximum', () => {
  const circuit = new Circuit({ retry: 1_000, maxRetry: 3_000 })
  const relapse = (at: number) => {
    circuit.failed(at)
    const { pause } = circuit
    circuit.succeeded(at)
    return pause
  }
  expect([0, 59_999, 119_998, 179_998].map(relapse)).toEqual([1_000, 2_000, 3_000, 1_000])
})

test('without a maximum the pause stays the same', () => {
  const circuit = new Circuit({ retry: 1_000 })
  for (const at of [0, 1, 2]) {
    circuit.failed(at)
    circuit.succeeded(at)
  }
  circuit.failed(3)
  expect([circuit.relapses, circuit.pause]).toEqual([3, 1_000])
})
