/** Load: how loaded this process is, and how loaded it will be. */

export type { DescriptorUse, Level, Load, LoadMeter, Resource } from '../model/load.ts'
export { type Forecast, type ForecastOptions, forecast } from './forecast.ts'
export { type LoadMeterOptions, loadMeter } from './meter.ts'
export type { ProcessProbe } from './process.ts'
export type { Expected } from './season.ts'
export type { Unusual } from './unusual.ts'
