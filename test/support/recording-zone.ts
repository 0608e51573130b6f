/** A DNS in which nothing is, and that writes down what it was asked. */
import type { Resolver } from '../../src/model/resolver.ts'
import { zone } from '../../src/testing/zone.ts'

export function recordingZone(asked: string[]): Resolver {
  const { resolve } = zone({})
  return {
    resolve: (name, type, options) => {
      asked.push(name)
      return resolve(name, type, options)
    },
  }
}
