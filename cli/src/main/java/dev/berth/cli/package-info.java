/// The commands of `berth`: the only package that prints, logs and exits.
@NullMarked
package dev.berth.cli;

import org.jspecify.annotations.NullMarked;
