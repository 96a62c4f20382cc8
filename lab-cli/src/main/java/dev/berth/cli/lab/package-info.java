/// `lab`: runs the ways to share a port, and the user's own histories, on this kernel.
@NullMarked
package dev.berth.cli.lab;

import org.jspecify.annotations.NullMarked;
