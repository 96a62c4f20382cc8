/// The commands of `berth`. Only this package and its subpackages print, log and exit.
///
/// [dev.berth.cli.Main] maps each verb to its subpackage. A subpackage implements some of the verbs
/// and depends only on those below it:
///
///     demo
///     run     ports  doctor  lab
///     remote
///     command
@NullMarked
package dev.berth.cli;

import org.jspecify.annotations.NullMarked;
