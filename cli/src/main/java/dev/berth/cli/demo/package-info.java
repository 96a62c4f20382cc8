/// A server of its own to play with: `demo`.
@NullMarked
package dev.berth.cli.demo;

import org.jspecify.annotations.NullMarked;
