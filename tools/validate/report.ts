export const report = (_: unknown) => {}
