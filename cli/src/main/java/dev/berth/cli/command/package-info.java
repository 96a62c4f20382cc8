/// What every command stands on: its words, its terminal, its answer as text or JSON, its exit
/// code.
@NullMarked
package dev.berth.cli.command;

import org.jspecify.annotations.NullMarked;
