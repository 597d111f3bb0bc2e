import { it } from '@jest/globals'
import { startEmulator } from '../../src/emulator/index.js'
import { describeWithChromium } from '../support/chromium.js'
describeWithChromium('shots', (browser) => {
  it('x', async () => {
    const e = await startEmulator()
    const q = new URLSearchParams({ client_id: '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52', response_type: 'code', redirect_uri: 'http://localhost/auth/callback', scope: 'openid profile offline_access User.Read Mail.Read', state: 's', nonce: 'n' })
    const c = await browser().newContext({ viewport: { width: 900, height: 820 } })
    const p = await c.newPage()
    const url = `${e.authority}/oauth2/v2.0/authorize?${q}`
    await p.goto(url); await p.screenshot({ path: '/tmp/pages/real-picker.png' })
    await p.getByRole('button', { name: 'Grace' }).click(); await p.getByText('Permissions requested').first().waitFor(); await p.locator('summary').first().click(); await p.screenshot({ path: '/tmp/pages/real-consent.png' })
    await p.goto(url.replace('User.Read', 'User.Nonsense')); 
    await p.goto(url.replace('%2Fauth%2Fcallback', '%2Fnope')); await p.screenshot({ path: '/tmp/pages/real-error.png' })
    await p.goto(url.replace(/scope=[^&]*/, 'scope=openid+Directory.Read.All')); await p.getByRole('button', { name: 'Ada' }).first().click(); await p.getByText('Need admin').first().waitFor(); await p.screenshot({ path: '/tmp/pages/real-approval.png' })
    await p.goto(e.authority.replace(/[^/]*$/, 'common') + '/oauth2/v2.0/authorize?' + q); await p.screenshot({ path: '/tmp/pages/real-common.png' })
    await c.close(); await e.stop()
  })
})
