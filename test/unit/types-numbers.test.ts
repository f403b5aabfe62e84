import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, decimalOf } from '../../core/types/decimal.ts';
import { encodeCell, readAs } from '../support/encode-cell.ts';

const integers = { smallint: 15n, integer: 31n, bigint: 63n } as const;

describe('whole numbers', () => {
  it.each(Object.entries(integers))('fit %s exactly up to its edges', (pgType, bits) => {
    const read = (value: bigint): string => readAs({ type: 'integer', pgType }, String(value));
    const max = 2n ** bits - 1n;
    const min = -(2n ** bits);
    expect(read(max)).toBe(String(max));
    expect(read(min)).toBe(String(min));
    expect(read(max + 1n)).toBe('INTEGER_OUT_OF_RANGE');
    expect(read(min - 1n)).toBe('INTEGER_OUT_OF_RANGE');
    expect(read(max * 10n)).toBe('INTEGER_OUT_OF_RANGE');
  });

  it('agree with BigInt for every number of digits', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.nat({ max: 3 }), (value, zeros) => {
      const cell = `${value < 0n ? '-' : ''}${'0'.repeat(zeros)}${value < 0n ? -value : value}`;
      const fits = value >= -(2n ** 63n) && value < 2n ** 63n;
      expect(readAs({ type: 'integer' }, cell)).toBe(fits ? cell : 'INTEGER_OUT_OF_RANGE');
    }));
  });

  it.each([['12.0', '12'], ['-3.000', '-3'], [' 42\u00a0', '42'], ['+5', '+5'], ['-0', '-0'], ['007', '007']])('read %j as %s', (cell, copy) => {
    expect(readAs({ type: 'integer' }, cell)).toBe(copy);
  });

  it.each(['12.5', '12.', '.0', '1E5', '1,000', '1 000', '--1', '+', '-', 'abc', '0x10', '１２', '1_000', '12-', 'NaN'])('refuse %j', (cell) => {
    expect(readAs({ type: 'integer' }, cell)).toBe('INTEGER_INVALID');
  });

  it('keep to the field’s own range, inclusive', () => {
    const read = (cell: string): string => readAs({ type: 'integer', min: '-5', max: '120' }, cell);
    expect([read('-5'), read('120'), read('-6'), read('121'), read('99999999999999999999')])
      .toEqual(['-5', '120', 'RANGE_BELOW', 'RANGE_ABOVE', 'INTEGER_OUT_OF_RANGE']);
  });
});

describe('exact numbers', () => {
  const money = { type: 'number', pgType: 'numeric(12,2)' };

  it.each(['9999999999.99', '-9999999999.99', '0.01', '.5', '5.', '-0', '1.50000', '0000000000001.10'])('fit numeric(12,2): %s', (cell) => {
    expect(readAs(money, cell)).toBe(cell);
  });

  it.each([
    ['10000000000', 'NUMBER_OUT_OF_RANGE'], ['-10000000000.00', 'NUMBER_OUT_OF_RANGE'], ['1e10', 'NUMBER_OUT_OF_RANGE'],
    ['9999999999.999', 'NUMBER_PRECISION_LOSS'], ['0.001', 'NUMBER_PRECISION_LOSS'], ['1e-3', 'NUMBER_PRECISION_LOSS'],
  ])('do not fit numeric(12,2): %s is %s', (cell, code) => {
    expect(readAs(money, cell)).toBe(code);
  });

  it.each([['1.5E3', '15e2'], ['12.50e1', '125'], ['-2e+2', '-2e2'], ['0e999999999999', '0'], ['100e-2', '1']])('take an exponent when the value fits: %s as %s', (cell, copy) => {
    expect(readAs(money, cell)).toBe(copy);
  });

  it.each(['NaN', 'Infinity', '-inf', '1,5', '1.2.3', '1e', '1e+', 'e5', '.', '-', '$5', '5%', '1 000', '(5)', '0x1F', '1e5.5'])('refuse %j', (cell) => {
    expect(readAs({ type: 'number' }, cell)).toBe('NUMBER_INVALID');
  });

  it('take a scale above the precision, and a negative one', () => {
    expect(readAs({ type: 'number', pgType: 'numeric(2,4)' }, '0.0099')).toBe('0.0099');
    expect(readAs({ type: 'number', pgType: 'numeric(2,4)' }, '0.01')).toBe('NUMBER_OUT_OF_RANGE');
    expect(readAs({ type: 'number', pgType: 'numeric(2,-3)' }, '99000')).toBe('99000');
    expect(readAs({ type: 'number', pgType: 'numeric(2,-3)' }, '99500')).toBe('NUMBER_PRECISION_LOSS');
  });

  it('reach as far as numeric does', () => {
    const widest = { type: 'number', pgType: 'numeric' };
    expect(encodeCell(widest, '9'.repeat(131_072)).issue).toBeNull();
    expect(readAs(widest, '9'.repeat(131_073))).toBe('NUMBER_OUT_OF_RANGE');
    expect(encodeCell(widest, `0.${'9'.repeat(16_383)}`).issue).toBeNull();
    expect(readAs(widest, `0.${'9'.repeat(16_384)}`)).toBe('NUMBER_PRECISION_LOSS');
    expect(readAs(widest, '1e999999999999')).toBe('NUMBER_OUT_OF_RANGE');
    expect(readAs(widest, '1e-999999999999')).toBe('NUMBER_PRECISION_LOSS');
  });

  it('compare as decimals do, not as doubles', () => {
    fc.assert(fc.property(fc.bigInt(), fc.bigInt(), fc.nat({ max: 30 }), (a, b, scale) => {
      const text = (value: bigint): string => {
        const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
        return `${value < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`;
      };
      expect(compareDecimals(decimalOf(text(a)), decimalOf(text(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      expect(compareDecimals(decimalOf(text(a)), decimalOf(`${a}e-${scale}`))).toBe(0);
    }));
  });

  it('keep to the field’s own range, inclusive and exact', () => {
    const read = (cell: string): string => readAs({ type: 'number', min: '0.1', max: '1e3' }, cell);
    expect([read('0.1'), read('1000.000'), read('0.09999999999999999999'), read('1000.00000000000000001'), read('-5')])
      .toEqual(['0.1', '1000.000', 'RANGE_BELOW', 'RANGE_ABOVE', 'RANGE_BELOW']);
  });

  it('go by the column where it is of whole numbers', () => {
    expect(readAs({ type: 'number', pgType: 'integer' }, '2147483648')).toBe('INTEGER_OUT_OF_RANGE');
  });
});

describe('binary floating point', () => {
  const double = { type: 'number', pgType: 'double precision' };
  const real = { type: 'number', pgType: 'real' };

  it.each(['0.1', '41.878113599999999', '-87.62979820000001', '1.7976931348623157e308', '5e-324', '123456789012345', '-149955871353405.62', '-149955871353405.63', '890783273594389.2'])('keep what a double can tell apart: %s', (cell) => {
    expect(encodeCell(double, cell).issue).toBeNull();
  });

  it.each([
    ['0.1000000000000000055511151231257827', 'NUMBER_PRECISION_LOSS'], ['41.878113600000003', 'NUMBER_PRECISION_LOSS'], ['9007199254740993', 'NUMBER_PRECISION_LOSS'],
    ['12345678901234567890', 'NUMBER_PRECISION_LOSS'], ['1e309', 'NUMBER_OUT_OF_RANGE'], ['1e-400', 'NUMBER_OUT_OF_RANGE'],
  ])('refuse what a double would change: %s is %s', (cell, code) => {
    expect(readAs(double, cell)).toBe(code);
  });

  it('hold six digits in a real, nine where they are its own', () => {
    expect(encodeCell(real, '123456').issue).toBeNull();
    expect(encodeCell(real, '16777216').issue).toBeNull();
    expect(readAs(real, '16777217')).toBe('NUMBER_PRECISION_LOSS');
    expect(readAs(real, '1e39')).toBe('NUMBER_OUT_OF_RANGE');
  });

  it('take every double in its shortest form', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(encodeCell(double, String(value)).issue).toBeNull();
    }), { numRuns: 5_000 });
  });
});
