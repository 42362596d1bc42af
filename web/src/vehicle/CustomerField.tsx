import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type InputHTMLAttributes, useId } from 'react';
import { Field } from '../parts/Field';
import { findCustomers } from './useWrites';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  value: string;
  hint?: string;
  error?: string | undefined;
}

/** A customer by name: the service names those whose name has what was typed in it. */
export function CustomerField({ value, ...rest }: Props) {
  const id = useId();
  const { data } = useQuery({
    queryKey: ['customers-named', value],
    queryFn: ({ signal }) => findCustomers(value, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  return (
    <>
      <Field label="Customer" list={id} value={value} {...rest} />
      <datalist id={id}>
        {data?.map((customer) => (
          <option key={customer.id} value={customer.name} />
        ))}
      </datalist>
    </>
  );
}
