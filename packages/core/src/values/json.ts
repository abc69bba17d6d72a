/** The values of JSON, which no holder may change. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
