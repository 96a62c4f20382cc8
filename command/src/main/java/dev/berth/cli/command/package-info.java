/// What all commands share: arguments, terminal, answers as text or JSON, exit codes.
@NullMarked
package dev.berth.cli.command;

import org.jspecify.annotations.NullMarked;
