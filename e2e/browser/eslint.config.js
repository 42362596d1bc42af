import web from '../../web/eslint.config.js';

// The dashboard's own rules, with the types of this folder.
export default [
  ...web,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
];
