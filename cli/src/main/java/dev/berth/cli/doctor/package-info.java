/// `doctor`: tries out what this kernel and this user can do.
@NullMarked
package dev.berth.cli.doctor;

import org.jspecify.annotations.NullMarked;
