/** The clock of `postern/testing` under the name by which tests know it. */
export { clock as handClock, type HandClock } from '../../src/testing/clock.ts'
