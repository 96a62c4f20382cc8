/// The commands of `berth`: with its rooms the only package that prints, logs and exits.
///
/// [dev.berth.cli.Main] knows which verb is whose; each room has some verbs, and knows of the others
/// only what stands below it:
///
///     demo
///     run     ports  doctor  lab
///     remote
///     command
@NullMarked
package dev.berth.cli;

import org.jspecify.annotations.NullMarked;
