#!/usr/bin/env node
import('../dist/main.js').catch(error => {
  if (error?.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes('dist/main.js')) {
    console.error('gotriage: not built yet. Run "npm run build" in the checkout.')
    process.exit(2)
  }
  throw error
})
