/// The ways to share a port, run on this kernel, and histories of one's own: `lab`.
@NullMarked
package dev.berth.cli.lab;

import org.jspecify.annotations.NullMarked;
