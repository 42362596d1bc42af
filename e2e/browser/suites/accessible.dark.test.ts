import { accessible } from '../support/accessible.ts';

accessible('dark');
