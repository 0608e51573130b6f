/** Names of hosts that exist in internal networks alone. */

/** Whether a name ends as names of internal networks do: no such TLD exists on the Internet. */
export const isInternalName = (host: string): boolean => INTERNAL.test(host)

const INTERNAL = /\.(?:local|localdomain|lan|corp|internal|intern|intranet|home|priv|private|ad|net\.local)$/i
