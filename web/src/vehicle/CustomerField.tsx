import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type InputHTMLAttributes, useId } from 'react';
import { Field } from '../parts/Field';
import { findCustomers, named } from './useWrites';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  value: string;
  hint?: string;
  error?: string | undefined;
  /** What is said where no customer is called so; nothing unless given. */
  unknown?: string;
}

/** A customer by name: the service names those whose name has what was typed in it. */
export function CustomerField({ value, hint, unknown, ...rest }: Props) {
  const id = useId();
  const { data, isPlaceholderData } = useQuery({
    queryKey: ['customers-named', value],
    queryFn: ({ signal }) => findCustomers(value, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const nobody =
    data !== undefined && !isPlaceholderData && value.trim() !== '' && named(data, value.trim()) === undefined;
  const said = nobody && unknown !== undefined ? unknown : hint;
  return (
    <>
      <Field
        label="Customer"
        list={id}
        value={value}
        maxLength={200}
        {...(said !== undefined && { hint: said })}
        {...rest}
      />
      <datalist id={id}>
        {data?.map((customer) => (
          <option key={customer.id} value={customer.name} />
        ))}
      </datalist>
    </>
  );
}
