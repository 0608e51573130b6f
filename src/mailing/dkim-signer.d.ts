/** What is used of dkim-signer, which has no declarations. */
declare module 'dkim-signer' {
  const signer: {
    /** The field, without its line end. */
    DKIMSign(
      message: string | Buffer,
      options: {
        readonly domainName: string
        readonly keySelector: string
        readonly privateKey: string
        readonly headerFieldNames: string
      },
    ): string
  }
  export default signer
}
