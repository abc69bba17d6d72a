/** Whether this runs where nobody watches: `CI` is set, and not to what says no. */
export const isInCi = (variables: Readonly<Record<string, string | undefined>>): boolean =>
  !/^(|0|false|no)$/i.test(variables['CI'] ?? '')
