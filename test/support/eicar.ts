/** The harmless file that every virus scanner agrees to find (EICAR), made of pieces so that none finds it here. */

const middle = ['EICAR', 'STANDARD', 'ANTIVIRUS', 'TEST', 'FILE!'].join('-')

export const eicar: Buffer = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}', middle, 'H+H*'].join('$'), 'latin1')
