import { describe, expect, it } from 'vitest';
import { vehicle } from '../test/screen';
import { changeOf, confirms, typedOf, wrongOf } from './change';
import { detail } from './fixtures';

const began = { plate: 'ABC 001', customer: 'Johans Bulk AB', interval: '', grace: '30' };

describe('the form of a vehicle', () => {
  it('holds its own timeout, and nothing where that is inherited', () => {
    const of = detail(vehicle('1', 'connected'));
    expect(typedOf(of)).toEqual({ ...began, grace: '' });
    expect(typedOf({ ...of, reason: { ...of.reason, graceFrom: 'vehicle' } })).toEqual(began);
  });

  it('sends what differs and nothing else', () => {
    expect(changeOf(began, began, undefined)).toEqual({ change: {}, wrong: {} });
    expect(changeOf(began, { ...began, plate: ' XYZ 9 ' }, undefined).change).toEqual({ registrationNumber: 'XYZ 9' });
    expect(changeOf(began, { ...began, customer: 'Other' }, 'D').change).toEqual({ customerId: 'D' });
    expect(changeOf(began, { ...began, interval: '120' }, undefined).change).toEqual({ intervalSeconds: 120 });
  });

  it('inherits again where a timeout was taken out', () => {
    expect(changeOf(began, { ...began, grace: '' }, undefined).change).toEqual({ graceSeconds: null });
  });

  it('says at its field what cannot be sent', () => {
    expect(changeOf(began, { ...began, customer: 'Nobody', interval: '1.5' }, undefined)).toEqual({
      change: {},
      wrong: {
        customer: 'There is no customer of this name.',
        interval: 'This must be a whole number of seconds, or empty.',
      },
    });
  });
});

describe('what the service says against a change', () => {
  it('stands at its field, and the rest below', () => {
    const errors = [
      { location: 'registrationNumber', message: 'is taken' },
      { location: 'body.graceSeconds', message: 'is too long' },
      { location: 'elsewhere', message: 'is wrong' },
    ];
    expect(wrongOf({ detail: 'd', errors })).toEqual({
      wrong: { plate: 'is taken', grace: 'is too long' },
      rest: 'is wrong',
    });
    expect(wrongOf({ detail: 'the log fails' })).toEqual({ wrong: {}, rest: 'the log fails' });
  });
});

describe('confirming by the plate', () => {
  it.each([
    ['ABC 001', true],
    ['abc001', true],
    ['ABC 00', false],
    ['', false],
  ])('“%s” → %s', (typed, sure) => expect(confirms(typed, 'ABC 001')).toBe(sure));

  it('is nothing that an empty field does', () => {
    expect(confirms('', '–')).toBe(false);
  });
});
