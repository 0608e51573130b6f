/**
 * Points of the filters of the route, by rule, as `npm run tune` has measured them. A rule that is not here has the
 * points that its filter names. It stands apart from the points of the content rules, so that one filter stays small.
 */
export const ROUTE_POINTS: Readonly<Record<string, number>> = {}
