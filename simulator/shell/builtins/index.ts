import { declarationBuiltins } from './bash-declarations';
import { shellListBuiltins } from './bash-lists';
import { bashBuiltins, builtins } from './builtin';
import { controlBuiltins } from './control';
import { directoryBuiltins, directoryStackBuiltins } from './directory';
import { inputBuiltins } from './input';
import { jobBuiltins } from './job-control';
import { outputBuiltins } from './output';
import { optionBuiltins } from './shell-options';
import { testBuiltins } from './test';
import { variableBuiltins } from './variables';

Object.assign(builtins, {
  ...controlBuiltins,
  ...directoryBuiltins,
  ...inputBuiltins,
  ...jobBuiltins,
  ...optionBuiltins,
  ...outputBuiltins,
  ...testBuiltins,
  ...variableBuiltins,
});

Object.assign(bashBuiltins, { ...declarationBuiltins, ...directoryStackBuiltins, ...shellListBuiltins });
