import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proposeValueMap, valueMapStep } from '../../core/mapping/propose-value-map.ts';
import { valueMap } from '../../core/transform/value-map.ts';
import { transformStepSchema } from '../../contracts/transform.ts';

const status = { values: ['open', 'closed', 'in_progress', 'unknown'] };
const found = (values: readonly string[], cells: readonly string[]) => Object.fromEntries(proposeValueMap({ values: [...values] }, cells).map(({ code, to, exact }) => [code, exact ? `= ${to ?? ''}` : to]));

describe('codes of a file', () => {
  it('that are a value but for case, blanks and accents need nobody', () => {
    expect(found(['open', 'éteint', 'In  Arbeit'], ['OPEN', ' Open. ', 'Eteint', 'in arbeit', 'open', 'éteint', '', '  '])).toEqual({ 'OPEN': '= open', 'Open.': '= open', 'Eteint': '= éteint', 'in arbeit': '= In  Arbeit' });
  });

  it('that mean the same in one of five languages are proposed to a person, and never exact', () => {
    expect(found(status.values, ['Abierto', 'CERRADA', 'Fermé', 'Encerrado', 'abgeschlossen', 'En cours', 'in progress', 'inconnu', 'Unbekannt']))
      .toEqual({ Abierto: 'open', CERRADA: 'closed', Fermé: 'closed', Encerrado: 'closed', abgeschlossen: 'closed', 'En cours': 'in_progress', 'in progress': 'in_progress', inconnu: 'unknown', Unbekannt: 'unknown' });
    expect(found(['male', 'female', 'unknown'], ['M', 'F', 'W', 'Hombre', 'femme', 'weiblich', 'U'])).toEqual({ M: 'male', F: 'female', W: 'female', Hombre: 'male', femme: 'female', weiblich: 'female', U: 'unknown' });
  });

  it('that are mistyped or cut short are proposed, where one value alone is meant', () => {
    expect(found(['registered', 'deregistered', 'provisional'], ['registerd', 'prov', 'P'])).toEqual({ registerd: 'registered', prov: 'provisional', P: 'provisional' });
    expect(found(['partial', 'passed'], ['P'])).toEqual({ P: null });
  });

  it('that mean another thing, or nothing that is known, are given to nobody', () => {
    expect(found(['active', 'suspended'], ['inactive', 'zxq', '77'])).toEqual({ inactive: null, zxq: null, 77: null });
    // The list tells them apart by case alone.
    expect(found(['a', 'A'], ['á'])).toEqual({ á: null });
  });

  it('come most frequent first, with a confidence between 0 and 1', () => {
    const codes = proposeValueMap(status, ['Cerrado', 'Abierto', 'Abierto', '??']);
    expect(codes.map(({ code }) => code)).toEqual(['Abierto', 'Cerrado', '??']);
    for (const { to, confidence } of codes) expect(to === null ? confidence === 0 : confidence > 0.4 && confidence < 1).toBe(true);
  });
});

describe('the step of a value map', () => {
  it('takes what is proposed and what is in the list, and quarantines the rest', () => {
    const step = valueMapStep(status, proposeValueMap(status, ['OPEN', 'Cerrado', 'zxq']));
    expect(transformStepSchema.parse(step)).toEqual(step);
    const { apply } = valueMap(step);
    expect([apply('OPEN'), apply('cerrado'), apply('in_progress')]).toEqual(['open', 'closed', 'in_progress']);
    expect(typeof apply('zxq')).toBe('number');
  });

  it('is one that the mapping takes, whatever the list and the codes are', () => {
    const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text.trim() !== '');
    fc.assert(fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 6 }), fc.array(word, { maxLength: 10 }), (values, cells) => {
      const codes = proposeValueMap({ values }, cells);
      expect(codes.every(({ to }) => to === null || values.includes(to))).toBe(true);
      const { apply } = valueMap(valueMapStep({ values }, codes));
      for (const value of values) expect(apply(value)).toBe(value);
      for (const { code, to } of codes) if (to !== null) expect(apply(code)).toBe(to);
    }));
  });
});
