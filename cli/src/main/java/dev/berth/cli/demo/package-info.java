/// `demo`: a built-in server to try Berth with.
@NullMarked
package dev.berth.cli.demo;

import org.jspecify.annotations.NullMarked;
