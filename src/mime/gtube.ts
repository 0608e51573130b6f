/** The Generic Test for Unsolicited Bulk Email. In pieces, so that this file is not taken for spam. */
export const GTUBE = ['XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE', '-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'].join('')
