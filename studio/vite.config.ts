import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where the API is while the studio is developed: `npx vite studio` beside `inkstone studio`. */
const server = process.env.INKSTONE_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The server puts a new one in with every page.
  html: { cspNonce: 'CSP_NONCE' },
  build: {
    outDir: '../dist/studio',
    emptyOutDir: true,
    manifest: true,
    // Nothing inline: the content security policy would refuse it.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
    // Binaries of Node behind functions that no page calls: they fall away with those.
    rolldownOptions: { external: /^@node-rs\// },
  },
  server: { proxy: { '/api': server, '/v1': server } },
});
