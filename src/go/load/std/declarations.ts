export const declarations: string = ''
