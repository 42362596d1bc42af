import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { open, problem, service } from '../test/screen';
import './LoginPage'; // chunks are not what these tests wait for

describe('the login', () => {
  it.each([
    '/',
    '/vehicles?status=disconnected',
    '/vehicles/YS2R4X20005399401',
    '/customers',
    '/live',
    '/lookup',
    '/keys',
  ])('comes after one question to a visitor of %s without a session, and none that is refused', async (path) => {
    const asked = service({ 'GET /api/v1/session': () => ({ needed: true }) });
    const { router, stream } = open(path);
    await screen.findByLabelText('API key');
    expect(asked.map((each) => `${each.method} ${each.path}`)).toEqual(['GET /api/v1/session']);
    expect(router.state.location.search).toEqual({ to: path });
    expect(screen.getByText('Not logged in')).toBeInTheDocument();
    expect(stream.hello).not.toHaveBeenCalled();
  });

  it('is passed by where the service does not answer who one is: the screens say so', async () => {
    const asked = service({ 'GET /api/v1/session': () => problem(503, 'keys are being read') });
    const { stream } = open('/customers');
    await waitFor(() => expect(asked.some((each) => each.path.startsWith('/api/v1/customers'))).toBe(true));
    expect(stream.hello).toHaveBeenCalledOnce();
  });
});
