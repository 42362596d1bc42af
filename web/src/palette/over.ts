export { Help } from '../shell/Help';
export { Palette } from './Palette';
